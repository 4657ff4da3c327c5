"""Facts in: what other systems tell of patients and their stays, whatever format it came in.

Each door puts what it received into a report; here it is checked, stored and audited, or refused with every fault named.
"""
