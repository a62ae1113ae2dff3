"""Tests of the interchange by HSDS."""
