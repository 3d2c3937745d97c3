/**
 * The configuration: YAML to records, checked whole before anything is touched, and the difference of two of them. Nothing that runs must
 * ever enter: no workers, no devices, no sockets.
 */
package dev.tapswitch.control.config;
