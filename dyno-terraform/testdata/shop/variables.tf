variable "env" {
  description = "Which copy of the shop this is."
  type        = string
}

variable "capacity" {
  type = object({
    read  = number
    write = number
  })
  default = {
    read  = 10
    write = "4"
  }
}

variable "team" {
  default = "checkout"
}

locals {
  prefix = "${var.env}_shop"
  tags = {
    Environment = var.env
    Team        = var.team
    "cost:unit" = 42
  }
}
