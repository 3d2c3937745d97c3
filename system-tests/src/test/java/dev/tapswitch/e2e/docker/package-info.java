/** Tests with a real dockerd that runs in separate namespaces. */
package dev.tapswitch.e2e.docker;
