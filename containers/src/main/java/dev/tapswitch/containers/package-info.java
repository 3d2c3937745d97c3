/** Container runtimes beside the switch: Docker, CNI, and the firewall that they need. */
package dev.tapswitch.containers;
