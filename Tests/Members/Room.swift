// Tests of Members.
