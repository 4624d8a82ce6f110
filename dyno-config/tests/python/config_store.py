"""What dynamodb-config-store 0.3.0 does, on a server: `config_store.py ENDPOINT write|read|edit`. Python 2.7, or 3 before 3.10."""

from __future__ import print_function

import json
import sys
from decimal import Decimal

from boto.dynamodb2.exceptions import ItemNotFound
from boto.dynamodb2.layer1 import DynamoDBConnection
from dynamodb_config_store import DynamoDBConfigStore
from dynamodb_config_store.exceptions import MisconfiguredSchemaException

host, port = sys.argv[1].split("//")[1].split(":")
connection = DynamoDBConnection(
    host=host, port=int(port), is_secure=False, aws_access_key_id="x", aws_secret_access_key="x"
)


def text(value):
    """JSON of what the library returns."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (set, frozenset)):
        return sorted(text(element) for element in value)
    if isinstance(value, dict):
        return {name: text(element) for name, element in value.items()}
    if isinstance(value, list):
        return [text(element) for element in value]
    return value


def write():
    store = DynamoDBConfigStore(connection, "Config", "prod")
    store.set(
        "db",
        {
            "host": "h", "port": 27017, "flag": True, "off": False, "none": None, "empty": "",
            "list": [1, True, None], "map": {"a": False, "n": None, "e": ""}, "price": Decimal("1.50"), "half": 1.5,
            "names": set(["a", "b"]), "numbers": set([1, 2]), "zero": 0, "el": [], "em": {}, "es": set(),
        },
    )
    return connection.scan("Config")["Items"][0]


def read():
    store = DynamoDBConfigStore(connection, "Config", "prod")
    try:
        DynamoDBConfigStore(connection, "Config", "prod", store_key="other")
        schema = "accepted"
    except MisconfiguredSchemaException:
        schema = "misconfigured"
    try:
        store.config.get("none")
        missing = "found"
    except ItemNotFound:
        missing = "missing"
    return {"all": text(store.config.get()), "missing": missing, "schema": schema}


def edit():
    """What programs do to change a key: the library has no other way."""
    store = DynamoDBConfigStore(connection, "Config", "prod")
    option = store.config.get("db")
    option["host"] = "edited"
    store.set("db", option)
    return text(option)


print(json.dumps({"write": write, "read": read, "edit": edit}[sys.argv[2]](), sort_keys=True))
