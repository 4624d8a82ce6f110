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
