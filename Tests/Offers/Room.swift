// Tests of Offers.
