"""dynamo-store 0.6.0 at work on a server: `driver.py ENDPOINT LINES TEXT WRITTEN`.

Reads a command from each line of standard input, and answers with the nanoseconds that it took. Ends with its input.
"""

import logging
import os
import sys
import time

endpoint, (lines, text, written) = sys.argv[1], map(int, sys.argv[2:])
os.environ.update(
    AWS_ENDPOINT_URL_DYNAMODB=endpoint,
    AWS_ACCESS_KEY_ID="id",
    AWS_SECRET_ACCESS_KEY="secret",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
)

import boto3
from dynamo_store.object import DyObject
from dynamo_store.store import DyStore
from jsonmodels import fields

logging.disable(logging.CRITICAL)

REGION = "us-east-2"
ARTICLE = "a" * text


class Line(DyObject):
    TABLE_NAME = "Lines"
    REGION_NAME = REGION
    PRIMARY_KEY_NAME = "IDX"

    article = fields.StringField()
    count = fields.IntField()


class Order(DyObject):
    TABLE_NAME = "Orders"
    REGION_NAME = REGION
    PRIMARY_KEY_NAME = "ID"

    customer = fields.StringField()
    number = fields.IntField()
    lines = fields.ListField([Line])


class Objects:
    """By its mapper of objects. The key is that of the object which the next command is about."""

    key = None

    def new(self, number):
        return Order(
            customer="acme", number=number, lines=[Line(article=ARTICLE, count=count) for count in range(lines)]
        )

    def save(self, order):
        self.key = order.save()
        return self.key

    def load(self, _):
        return Order.load(self.key)

    def write_path(self, article):
        path = "$.lines.value[%d].article.value" % written
        return DyStore("Orders", "ID").write_path(self.key, path, article)

    def delete(self, _):
        return Order().delete(self.key)

    def articles(self, order):
        return [line.article for line in order.lines]


class Maps:
    """By its layer below, with a store that is made once and kept."""

    key = None

    def __init__(self):
        shards = [DyStore("Lines", "IDX", path="$.lines[%d]" % line) for line in range(lines)]
        self.store = DyStore("Orders", "ID", shards=shards)

    def new(self, number):
        return {
            "customer": "acme",
            "number": number,
            "lines": [{"article": ARTICLE, "count": count} for count in range(lines)],
        }

    def save(self, order):
        self.key = self.store.write(order)
        return self.key

    def load(self, _):
        return self.store.read(self.key)

    def write_path(self, article):
        return self.store.write_path(self.key, "$.lines[%d].article" % written, article)

    def delete(self, _):
        return self.store.delete(self.key)

    def articles(self, answer):
        return [line["article"] for line in answer[1]["lines"]]


def tables():
    client = boto3.client("dynamodb", region_name=REGION)
    for table, key in ("Orders", "ID"), ("Lines", "IDX"):
        client.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )


def prove(api):
    """Does everything once, and looks at what came of it."""
    api.save(api.new(0))
    expected = [ARTICLE] * lines
    assert api.articles(api.load(None)) == expected
    api.write_path("another")
    expected[written] = "another"
    assert api.articles(api.load(None)) == expected
    assert api.delete(None)
    try:
        gone = not api.load(None)[0]
    except Exception:
        gone = True
    assert gone


def timed(call, argument):
    began = time.perf_counter_ns()
    answer = call(argument)
    took = time.perf_counter_ns() - began
    assert answer
    return took


def main():
    tables()
    apis = {"objects": Objects(), "maps": Maps()}
    for api in apis.values():
        prove(api)
    number = 0
    print("ready", flush=True)
    for command in sys.stdin:
        name, operation = command.split()
        api = apis[name]
        argument = None
        if operation == "save":
            number += 1
            argument = api.new(number)
        elif operation == "write_path":
            number += 1
            argument = "another %d" % number
        print(timed(getattr(api, operation), argument), flush=True)


main()
