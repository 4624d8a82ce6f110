#!/usr/bin/env python3
"""Computes item seals and blind indexes of version 1, as item-seal-v1.md and blind-index-v1.md beside this file describe them.

    check_seals.py FILE.json ...     compares them with those in golden files (dyno-crypto/testdata), raises where they
                                     differ, and prints how many there are

What they have in common with envelopes is in read_envelope.py.
"""
import hashlib, hmac, json, struct, sys
sys.dont_write_bytecode = True
from read_envelope import STORE, binding, check, derive, header, hmac512, parse, place, text

def varint(count): return bytes([count]) if count < 128 else bytes([count & 127 | 128]) + varint(count >> 7)
def sized(data): return varint(len(data)) + data

def encode(value, inside=False):  # section 4 of envelope-v1.md
    kind, held = value
    if kind in ("NULL", "BOOL"): return b"\0" if kind == "NULL" else b"\2" if held else b"\1"
    tag = bytes([3 + ["S", "N", "B", "SS", "NS", "BS", "L", "M"].index(kind)])
    if kind in STORE: return tag + (sized if inside else bytes)(STORE[kind](held))
    if kind == "L":
        parts = [encode(one, True) for one in held]
    elif kind == "M":
        parts = [sized(name.encode()) + encode(held[name], True) for name in sorted(held, key=str.encode)]
    else:
        parts = [sized(data) for data in sorted(STORE[kind[0]](one) for one in held)]
    return tag + varint(len(parts)) + b"".join(parts)

def verify_seal(master, seal, context, keys, path, item):
    head = header(seal, 0x41)
    check(len(seal) == len(head) + 40, "the length is another")
    names = sorted((name for name in item if name != "_dy_seal"), key=str.encode)
    message = seal[:-32] + binding(context, keys) + place(path) + struct.pack(">I", len(names))
    for name in names:
        encoded = encode(parse(item[name]))
        message += text(name.encode()) + struct.pack(">I", len(encoded)) + encoded
    derived = derive(master, b"seal\0" + head[2:], 32)
    check(hmac.compare_digest(hmac512(derived, message)[:32], seal[-32:]), "the tag is another")
    return struct.unpack(">Q", seal[-40:-32])[0]

def blind_index(master, context, name, bits, value):
    normalizer = name.partition(":")[2]
    if normalizer in ("lower:v1", "email:v1"):
        value = "S", (value[1].strip(" \t\n\f\r") if normalizer == "email:v1" else value[1]).lower()
    derived = derive(master, b"index\0" + text(context.encode()) + text(name.encode()), 32)
    whole = hmac.new(derived, encode(value), hashlib.sha256).digest()[:(bits + 7) // 8]
    return whole[:-1] + bytes([whole[-1] & 0xFF << -bits % 8])

for file in sys.argv[1:]:
    golden = json.load(open(file, encoding="utf-8"))
    master, seals, indexes = bytes.fromhex(golden["master_key"]), golden.get("item_seals", []), golden.get("indexes", [])
    for case in seals:
        seal = bytes.fromhex(case["seal"])
        sequence = verify_seal(master, seal, case["context"], case["keys"], case["path"], case["item"])
        check(sequence == case["sequence"], case["name"] + " has another sequence")
    for case in indexes:
        index = blind_index(master, case["context"], case["index"], case["bits"], parse(case["value"]))
        check(index.hex() == case["result"], case["index"] + " has another value")
    print(len(seals), "seals and", len(indexes), "indexes checked")
