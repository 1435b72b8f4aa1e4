"""Run time: activations run ahead and commit; the driver carries tasks to workers and back."""
