resource "aws_dynamodb_table" "hash_only" {
    name = "hash_only"
    read_capacity = "5"
    write_capacity = 5
    hash_key = "agency_subdomain"
    attribute {
        name = "agency_subdomain"
        type = "S"
    }
    attribute {
        name = "external_id"
        type = "S"
    }
    global_secondary_index {
        name = "HashOnlyExternalId"
        hash_key = "external_id"
        write_capacity = 15
        read_capacity = 15
        projection_type = "ALL"
    }
}

resource "aws_dynamodb_table" "map_field" {
    name = "map_field"
    read_capacity = 5
    write_capacity = 5
    hash_key = "agency_subdomain"
    range_key = "external_id"
    attribute {
        name = "agency_subdomain"
        type = "S"
    }
    attribute {
        name = "external_id"
        type = "S"
    }
    attribute {
        name = "created"
        type = "N"
    }
    local_secondary_index {
        name = "MapFieldCreated"
        hash_key = "agency_subdomain"
        range_key = "created"
        projection_type = "ALL"
    }
}

resource "aws_dynamodb_table" "change_in_condition" {
    name = "change_in_condition"
    read_capacity = 5
    write_capacity = 5
    hash_key = "carelog_id"
    range_key = "time"
    attribute {
        name = "carelog_id"
        type = "N"
    }
    attribute {
        name = "time"
        type = "N"
    }
    attribute {
        name = "session_id"
        type = "N"
    }
    attribute {
        name = "rdb_id"
        type = "N"
    }
    attribute {
        name = "saved_in_rdb"
        type = "N"
    }
    attribute {
        name = "shift"
        type = "S"
    }
    attribute {
        name = "agency"
        type = "S"
    }
    attribute {
        name = "digest"
        type = "B"
    }
    local_secondary_index {
        name = "SessionId"
        hash_key = "carelog_id"
        range_key = "session_id"
        projection_type = "ALL"
    }
    local_secondary_index {
        name = "RdbId"
        hash_key = "carelog_id"
        range_key = "rdb_id"
        projection_type = "ALL"
    }
    global_secondary_index {
        name = "SavedInRDB"
        hash_key = "saved_in_rdb"
        range_key = "digest"
        write_capacity = 15
        read_capacity = 15
        projection_type = "ALL"
    }
    global_secondary_index {
        name = "Agency"
        hash_key = "agency"
        range_key = "shift"
        write_capacity = "15"
        read_capacity = "15"
        projection_type = "ALL"
    }
}
