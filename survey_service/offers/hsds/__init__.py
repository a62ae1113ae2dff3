"""Interchange by Open Referral HSDS 3: listed offers out, foreign services in, and what does not fit is told."""
