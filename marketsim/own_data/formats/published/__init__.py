"""What DfE and Ofsted publish."""
