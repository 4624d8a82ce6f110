terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.29"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

# Orders, with everything that cc_dynamodb3 could not read.
resource "aws_dynamodb_table" "orders" {
  name                        = "${local.prefix}_orders"
  billing_mode                = "PROVISIONED"
  read_capacity               = var.capacity.read
  write_capacity              = var.capacity["write"]
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
    name = "number"
    type = "N"
  }

  attribute {
    name = "day"
    type = "S"
  }

  attribute {
    name = "total"
    type = "N"
  }

  attribute {
    name = "shop"
    type = "B"
  }

  global_secondary_index {
    name               = "by_day"
    hash_key           = "day"
    range_key          = "total"
    projection_type    = "INCLUDE"
    non_key_attributes = ["state", "carrier"]
    read_capacity      = 5
    write_capacity     = 2
  }

  global_secondary_index {
    name = "by_shop_and_day"

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

    projection_type = "KEYS_ONLY"
    read_capacity   = var.capacity.read
    write_capacity  = var.capacity.write
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

  tags = local.tags

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_dynamodb_table" "carts" {
  provider     = aws
  name         = "${var.env}_carts"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  range_key    = null

  attribute {
    name = "id"
    type = "S"
  }

  ttl {
    attribute_name = ""
    enabled        = false
  }

  tags = {
    Note = <<EOT
Written for ${var.team},
"in two lines".
EOT
  }

  depends_on = [aws_s3_bucket.archive]
}

resource "aws_s3_bucket" "archive" {
  count  = var.env == "live" ? 1 : 0
  bucket = join("-", [var.env, "archive"])
}

output "orders_arn" {
  value = aws_dynamodb_table.orders.arn
}
