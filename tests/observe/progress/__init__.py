"""What people see of calls that take long, and that programs do not."""
