// Tests of Shop.
