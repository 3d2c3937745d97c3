/** The commands of the Container Network Interface (CNI), as the plugin script in config/cni passes them on. Must not parse HTTP. */
package dev.tapswitch.containers.cni;
