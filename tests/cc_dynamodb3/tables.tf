resource "aws_dynamodb_table" "nps_survey" {
  name           = "nps_survey"
  read_capacity  = 5
  write_capacity = 5
  hash_key       = "agency_subdomain"
  range_key      = "recipient_id"

  attribute {
    name = "agency_subdomain"
    type = "S"
  }
  attribute {
    name = "recipient_id"
    type = "N"
  }
}

resource "aws_dynamodb_table" "hash_only" {
  name           = "hash_only"
  read_capacity  = 5
  write_capacity = 5
  hash_key       = "agency_subdomain"

  attribute {
    name = "agency_subdomain"
    type = "S"
  }
  attribute {
    name = "external_id"
    type = "S"
  }
  global_secondary_index {
    name            = "HashOnlyExternalId"
    hash_key        = "external_id"
    read_capacity   = 15
    write_capacity  = 15
    projection_type = "ALL"
  }
}

resource "aws_dynamodb_table" "change_in_condition" {
  name           = "change_in_condition"
  read_capacity  = 5
  write_capacity = 5
  hash_key       = "carelog_id"
  range_key      = "time"

  attribute {
    name = "carelog_id"
    type = "N"
  }
  attribute {
    name = "time"
    type = "N"
  }
  attribute {
    name = "saved_in_rdb"
    type = "N"
  }
  global_secondary_index {
    name            = "SavedInRDB"
    hash_key        = "saved_in_rdb"
    range_key       = "time"
    read_capacity   = 15
    write_capacity  = 15
    projection_type = "ALL"
  }
}
