"""What there is: children, homes, held places, authorities, the ledger, prices and costs, as columns."""
