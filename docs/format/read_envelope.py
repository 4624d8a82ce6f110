#!/usr/bin/env python3
"""Reads envelopes of version 1, as envelope-v1.md beside this file describes them. Whatever it refuses, it raises for.

    read_envelope.py FILE.json ...     opens the envelopes of golden files (dyno-crypto/testdata), compares what it
                                       reads with the values in the file, and prints how many there are

It needs nothing but the standard library. For reference, not for use: its AES is slow and its time depends on the key.
"""
import hashlib, hmac, io, json, re, struct, sys
from decimal import Decimal

def check(holds, why):
    if not holds: raise ValueError(why)

# --- AES-256 in CBC mode: FIPS 197 and NIST SP 800-38A, decryption only

def times(a, b):  # in the field of 256 elements
    return (a if b & 1 else 0) ^ times(a << 1 ^ (0x11B if a & 0x80 else 0), b >> 1) if b else 0

def substitute(byte):
    inverse = next((x for x in range(256) if times(byte, x) == 1), 0)
    turned = inverse ^ inverse << 1 ^ inverse << 2 ^ inverse << 3 ^ inverse << 4
    return (turned ^ turned >> 8) & 0xFF ^ 0x63

SBOX = [substitute(byte) for byte in range(256)]
UNSBOX = [SBOX.index(byte) for byte in range(256)]
UNMIX = [[times(byte, by) for byte in range(256)] for by in (14, 11, 13, 9)]

def xor(one, other): return bytes(a ^ b for a, b in zip(one, other))

def round_keys(key):
    words = [key[at:at + 4] for at in range(0, 32, 4)]
    for at in range(8, 60):
        word = words[-1] if at % 8 else words[-1][1:] + words[-1][:1]
        if at % 4 == 0: word = bytes(SBOX[byte] for byte in word)
        if at % 8 == 0: word = xor(word, [1 << at // 8 - 1, 0, 0, 0])
        words.append(xor(words[-8], word))
    return [b"".join(words[at:at + 4]) for at in range(0, 60, 4)]

def decrypt_block(keys, block):
    state = xor(block, keys[14])
    for key in keys[13::-1]:
        state = xor((UNSBOX[state[(i - 4 * (i % 4)) % 16]] for i in range(16)), key)
        if key is not keys[0]:
            turned = [[UNMIX[n][state[i & 12 | (i + n) % 4]] for i in range(16)] for n in range(4)]
            state = xor(xor(turned[0], turned[1]), xor(turned[2], turned[3]))
    return state

def cbc_decrypt(key, vector, ciphertext):
    keys, blocks = round_keys(key), [ciphertext[at:at + 16] for at in range(0, len(ciphertext), 16)]
    clear = b"".join(xor(decrypt_block(keys, block), before) for block, before in zip(blocks, [vector] + blocks))
    check(1 <= clear[-1] <= 16 and clear.endswith(clear[-1:] * clear[-1]), "padding")
    return clear[:-clear[-1]]

# --- keys and associated data: sections 2 and 3

def hmac512(key, message): return hmac.new(key, message, hashlib.sha512).digest()
def derive(master, info, length): return hmac512(hmac512(b"dyno-crypto v1", master), info + b"\1")[:length]
def text(data): return struct.pack(">H", len(data)) + data

def number(value):
    plain = format(value, "f")
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain).encode() if value else b"0"

PARSE = {"S": str, "N": Decimal, "B": bytes.fromhex}  # from golden files
STORE = {"S": str.encode, "N": number, "B": bytes}

def binding(context, keys):
    parts = (text(name.encode()) + kind.encode() + text(STORE[kind](PARSE[kind](shown))) for name, kind, shown in keys)
    return text(context.encode()) + bytes([len(keys)]) + b"".join(parts) + b"\0"

def place(path):
    return bytes([len(path)]) + b"".join(
        b"#" + struct.pack(">I", step) if isinstance(step, int) else b"$" + text(step.encode()) for step in path)

# --- values: section 4, as pairs of a type and what it holds

def take(source, count):
    data = source.read(count)
    check(len(data) == count, "it ends too early")
    return data

def count_of(source):
    groups = [take(source, 1)[0]]
    while groups[-1] & 0x80: groups.append(take(source, 1)[0])
    check(len(groups) <= 4 and (groups[-1] or len(groups) == 1), "a length in too many bytes")
    return sum((group & 0x7F) << 7 * at for at, group in enumerate(groups))

def sized(source): return take(source, count_of(source))

def scalar(kind, data):
    if kind == "B": return data
    if kind == "S": return data.decode()
    check(re.fullmatch(rb"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", data) and data != b"-0", "a number in another form")
    value = Decimal(data.decode())
    check(-130 <= value.adjusted() <= 125 and len(re.sub(rb"[-.]", b"", data).strip(b"0")) <= 38, "a number too long")
    return value

def read(source, whole=False, depth=1):
    check(depth <= 32, "too many levels")
    tag = take(source, 1)[0]
    if tag < 3: return [("NULL", True), ("BOOL", False), ("BOOL", True)][tag]
    kind = ["S", "N", "B", "SS", "NS", "BS", "L", "M"][tag - 3]
    if tag < 6: return kind, scalar(kind, source.read() if whole else sized(source))
    each = range(count_of(source))
    if kind == "L": return kind, [read(source, depth=depth + 1) for _ in each]
    parts = [(sized(source), kind == "M" and read(source, depth=depth + 1)) for _ in each]
    names = [name for name, _ in parts]
    check(names == sorted(set(names)), "elements or names out of order")
    if kind == "M":
        check(all(0 < len(name) < 65536 for name in names), "a name too short or too long")
        return kind, {name.decode(): value for name, value in parts}
    check(names, "a set without elements")
    return kind, {scalar(kind[0], element) for element in names}

def decode(encoded):
    if encoded[0] & 0x80:  # the padded form
        source = io.BytesIO(encoded[1:])
        encoded = bytes([encoded[0] & 0x7F]) + sized(source)
        check(not any(source.read()), "filling that is not zero")
    source = io.BytesIO(encoded)
    value = read(source, whole=True)
    check(not source.read(), "something follows the value")
    return value

# --- opening: sections 1 and 6

def header(sealed, suite):
    check(sealed[:3] == bytes([0xDC, 1, suite]) and 1 <= sealed[3] <= 64, "the header is another")
    return sealed[:4 + sealed[3]]

def open_envelope(master, sealed, context, keys, path):
    head = header(sealed, 1)
    vector, ciphertext, tag = sealed[len(head):len(head) + 16], sealed[len(head) + 16:-32], sealed[-32:]
    check(len(vector + ciphertext + tag) >= 64 and len(ciphertext) % 16 == 0, "the length is another")
    derived = derive(master, b"field\0" + head[2:], 64)
    associated = head + binding(context, keys) + place(path)
    message = associated + vector + ciphertext + struct.pack(">Q", 8 * len(associated))
    check(hmac.compare_digest(hmac512(derived[:32], message)[:32], tag), "the tag is another")
    return decode(cbc_decrypt(derived[32:], vector, ciphertext))

def parse(shown):  # a value of golden files
    (kind, held), = shown.items()
    if kind in PARSE: return kind, PARSE[kind](held)
    if kind in ("SS", "NS", "BS"): return kind, {PARSE[kind[0]](one) for one in held}
    if kind == "L": return kind, [parse(one) for one in held]
    return kind, {name: parse(one) for name, one in held.items()} if kind == "M" else held

if __name__ == "__main__":
    for name in sys.argv[1:]:
        golden = json.load(open(name, encoding="utf-8"))
        master = bytes.fromhex(golden["master_key"])
        for case in golden["envelopes"]:
            sealed = bytes.fromhex(case["envelope"])
            opened = open_envelope(master, sealed, case["context"], case["keys"], case["path"])
            check(opened == parse(case["value"]), case["name"] + " has another value")
        print(len(golden["envelopes"]), "envelopes opened")
