/**
 * Labs: namespaces, addresses and switches from one file. Each lab has its own daemon. Must not contain switching code.
 */
package dev.tapswitch.cli.lab;
