"""What tests of several rooms share: waiting, processes, a whole classroom."""
