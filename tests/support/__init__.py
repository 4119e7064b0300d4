"""What tests stand on: worlds to run in, fakes, stand-ins for services that cannot be here, samples."""
