# Values of this directory.
env       = "dev"
unrelated = ["passed", "over"]
