/**
 * Runs the fuzz targets: coverage-guided by Jazzer, or over the inputs of the corpus. A target is a class with a static method {@code
 * fuzzerTestOneInput(byte[])} in the package of the code under test; a finding is an exception that it throws. No other module depends on this one.
 */
package dev.tapswitch.fuzz;
