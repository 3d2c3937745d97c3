/** Tests of the CNI plugin: called by the tests as a container runtime calls it, and by Podman. */
package dev.tapswitch.e2e.cni;
