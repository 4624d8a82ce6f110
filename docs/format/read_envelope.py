#!/usr/bin/env python3
"""Reads version 1 of envelopes, blind indexes and item seals, as the pages beside this file describe them.

    read_envelope.py FILE.json ...     checks golden files (dyno-crypto/testdata) and prints how many values it checked

It needs nothing but the standard library. For reference, not for use: its AES is slow and its time depends on the key.
"""
import decimal, hashlib, hmac, json, struct, sys

# --- AES-256 in CBC mode: FIPS 197 and NIST SP 800-38A, decryption only

def times(a, b):  # in the field of 256 elements
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a, b = a << 1 ^ (0x11B if a & 0x80 else 0), b >> 1
    return product

def substitute(byte):
    inverse = next((x for x in range(256) if times(byte, x) == 1), 0)
    turned = [(inverse << n | inverse >> 8 - n) & 0xFF for n in range(5)]
    return 0x63 ^ turned[0] ^ turned[1] ^ turned[2] ^ turned[3] ^ turned[4]

SBOX = [substitute(byte) for byte in range(256)]
UNSBOX = [SBOX.index(byte) for byte in range(256)]
TIMES = {by: [times(byte, by) for byte in range(256)] for by in (9, 11, 13, 14)}
UNSHIFT = [(row - 4 * (row % 4)) % 16 for row in range(16)]

def round_keys(key):
    words = [key[at:at + 4] for at in range(0, 32, 4)]
    for at in range(8, 60):
        word = words[-1]
        if at % 8 == 0:
            word = bytes(SBOX[b] for b in word[1:] + word[:1])
            word = bytes([word[0] ^ 1 << at // 8 - 1]) + word[1:]
        elif at % 8 == 4:
            word = bytes(SBOX[b] for b in word)
        words.append(bytes(a ^ b for a, b in zip(words[-8], word)))
    return [b"".join(words[at:at + 4]) for at in range(0, 60, 4)]

def decrypt_block(keys, block):
    state = [a ^ b for a, b in zip(block, keys[14])]
    for number in range(13, -1, -1):
        state = [UNSBOX[state[at]] ^ keys[number][i] for i, at in enumerate(UNSHIFT)]
        if number:
            state = [TIMES[14][state[i]] ^ TIMES[11][state[i & 12 | (i + 1) % 4]] ^ TIMES[13][state[i & 12 | (i + 2) % 4]]
                     ^ TIMES[9][state[i & 12 | (i + 3) % 4]] for i in range(16)]
    return bytes(state)

def cbc_decrypt(key, vector, ciphertext):
    keys, clear = round_keys(key), b""
    for at in range(0, len(ciphertext), 16):
        block = ciphertext[at:at + 16]
        clear, vector = clear + bytes(a ^ b for a, b in zip(decrypt_block(keys, block), vector)), block
    count = clear[-1]
    assert 1 <= count <= 16 and clear.endswith(bytes([count]) * count), "padding"
    return clear[:-count]

# --- keys: section 2 of envelope-v1.md

def hmac512(key, message): return hmac.new(key, message, hashlib.sha512).digest()
def derive(master, info, length): return hmac512(hmac512(b"dyno-crypto v1", master), info + b"\1")[:length]
def text(data): return struct.pack(">H", len(data)) + data

# --- associated data: section 3

def number(digits):
    value = decimal.Decimal(digits)
    plain = format(value, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return plain.encode() if value else b"0"

def scalar(kind, value):
    return {"S": str.encode, "N": number, "B": bytes.fromhex}[kind](value)

def binding(context, keys):
    return text(context.encode()) + bytes([len(keys)]) + b"".join(
        text(name.encode()) + kind.encode() + text(scalar(kind, value)) for name, kind, value in keys) + b"\0"

def place(path):
    return bytes([len(path)]) + b"".join(
        b"#" + struct.pack(">I", step) if isinstance(step, int) else b"$" + text(step.encode()) for step in path)

# --- canonical encoding: section 4

def varint(count):
    return bytes([count]) if count < 128 else bytes([count & 127 | 128]) + varint(count >> 7)

def sized(data): return varint(len(data)) + data

def encode(value, inside=False):
    (kind, value), = value.items()
    if kind == "NULL": return b"\x00"
    if kind == "BOOL": return b"\x02" if value else b"\x01"
    if kind in ("S", "N", "B"):
        data = scalar(kind, value)
        return bytes([3 + "SNB".index(kind)]) + (sized(data) if inside else data)
    if kind in ("SS", "NS", "BS"):
        parts = [sized(data) for data in sorted(scalar(kind[0], one) for one in value)]
        return bytes([6 + "SNB".index(kind[0])]) + varint(len(parts)) + b"".join(parts)
    if kind == "L":
        return b"\x09" + varint(len(value)) + b"".join(encode(one, True) for one in value)
    names = sorted((name.encode(), one) for name, one in value.items())
    return b"\x0a" + varint(len(names)) + b"".join(sized(name) + encode(one, True) for name, one in names)

def unpad(encoded):
    if not encoded[0] & 0x80: return encoded
    length, at = 0, 1
    while True:
        length |= (encoded[at] & 127) << 7 * (at - 1)
        at += 1
        if encoded[at - 1] < 128: break
    assert not any(encoded[at + length:]), "filling"
    return bytes([encoded[0] & 0x7F]) + encoded[at:at + length]

# --- envelope: sections 1 and 6; item seal: item-seal-v1.md; blind index: blind-index-v1.md

def split(sealed, suite):
    assert sealed[:3] == bytes([0xDC, 1, suite]) and 1 <= sealed[3] <= 64, "head"
    return 4 + sealed[3], sealed[4:4 + sealed[3]]

def open_envelope(master, sealed, context, keys, path):
    start, key_id = split(sealed, 1)
    vector, ciphertext, tag = sealed[start:start + 16], sealed[start + 16:-32], sealed[-32:]
    assert ciphertext and len(ciphertext) % 16 == 0, "length"
    derived = derive(master, b"field\0\1" + bytes([len(key_id)]) + key_id, 64)
    associated = sealed[:start] + binding(context, keys) + place(path)
    bits = struct.pack(">Q", 8 * len(associated))
    assert hmac.compare_digest(hmac512(derived[:32], associated + vector + ciphertext + bits)[:32], tag), "tag"
    return unpad(cbc_decrypt(derived[32:], vector, ciphertext))

def verify_seal(master, seal, context, keys, path, item):
    start, key_id = split(seal, 0x41)
    assert len(seal) == start + 40, "length"
    names = sorted((name.encode(), value) for name, value in item.items() if name != "_dy_seal")
    message = seal[:-32] + binding(context, keys) + place(path) + struct.pack(">I", len(names))
    for name, value in names:
        encoded = encode(value)
        message += text(name) + struct.pack(">I", len(encoded)) + encoded
    derived = derive(master, b"seal\0\x41" + bytes([len(key_id)]) + key_id, 32)
    assert hmac.compare_digest(hmac512(derived, message)[:32], seal[-32:]), "tag"
    return struct.unpack(">Q", seal[start:start + 8])[0]

def blind_index(master, context, name, bits, value):
    normalizer = name.partition(":")[2]
    if normalizer in ("lower:v1", "email:v1"):
        value = {"S": (value["S"].strip(" \t\n\f\r") if normalizer == "email:v1" else value["S"]).lower()}
    derived = derive(master, b"index\0" + text(context.encode()) + text(name.encode()), 32)
    whole = hmac.new(derived, encode(value), hashlib.sha256).digest()[:(bits + 7) // 8]
    return whole[:-1] + bytes([whole[-1] & 0xFF << -bits % 8])

def check(file):
    master = bytes.fromhex(file["master_key"])
    for case in file.get("envelopes", []):
        opened = open_envelope(master, bytes.fromhex(case["envelope"]), case["context"], case["keys"], case["path"])
        assert opened == encode(case["value"]), case["name"]
    for case in file.get("item_seals", []):
        sequence = verify_seal(
            master, bytes.fromhex(case["seal"]), case["context"], case["keys"], case["path"], case["item"])
        assert sequence == case["sequence"], case["name"]
    for case in file.get("indexes", []):
        result = blind_index(master, case["context"], case["index"], case["bits"], case["value"])
        assert result.hex() == case["result"], case["index"]
    return sum(len(file.get(part, [])) for part in ("envelopes", "item_seals", "indexes"))

if __name__ == "__main__":
    for name in sys.argv[1:]:
        with open(name, encoding="utf-8") as golden:
            print(check(json.load(golden)), "values checked")
