/**
 * Runs the fuzz targets, with coverage guidance by Jazzer or over the kept inputs. A target is a class with {@code fuzzerTestOneInput(byte[])} in the
 * package of what it calls; it throws for a finding. What is tested must never depend on this module.
 */
package dev.tapswitch.fuzz;
