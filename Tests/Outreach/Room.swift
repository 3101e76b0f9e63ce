// Tests of Outreach.
