resource "aws_dynamodb_table" "orders" {
  name                        = "dev_shop_orders"
  billing_mode                = "PROVISIONED"
  read_capacity               = 10
  write_capacity              = 4
  hash_key                    = "customer"
  range_key                   = "number"
  stream_enabled              = true
  stream_view_type            = "NEW_AND_OLD_IMAGES"
  deletion_protection_enabled = true

  attribute {
    name = "customer"
    type = "S"
  }

  attribute {
    name = "day"
    type = "S"
  }

  attribute {
    name = "number"
    type = "N"
  }

  attribute {
    name = "shop"
    type = "B"
  }

  attribute {
    name = "total"
    type = "N"
  }

  global_secondary_index {
    name               = "by_day"
    hash_key           = "day"
    range_key          = "total"
    projection_type    = "INCLUDE"
    non_key_attributes = ["carrier", "state"]
    read_capacity      = 5
    write_capacity     = 2
  }

  global_secondary_index {
    name            = "by_shop_and_day"
    projection_type = "KEYS_ONLY"
    read_capacity   = 10
    write_capacity  = 4

    key_schema {
      attribute_name = "shop"
      key_type       = "HASH"
    }

    key_schema {
      attribute_name = "day"
      key_type       = "HASH"
    }

    key_schema {
      attribute_name = "total"
      key_type       = "RANGE"
    }
  }

  local_secondary_index {
    name            = "by_total"
    range_key       = "total"
    projection_type = "ALL"
  }

  ttl {
    attribute_name = "expires"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  tags = {
    "Environment" = "dev"
    "Team"        = "checkout"
    "cost:unit"   = "42"
  }
}

resource "aws_dynamodb_table" "carts" {
  name         = "dev_carts"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  tags = {
    "Note" = "Written for checkout,\n\"in two lines\".\n"
  }
}
