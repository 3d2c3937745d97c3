/** The Container Network Interface's verbs, as the launcher of config/cni hands them over. The API's ways and JSON's text must never enter. */
package dev.tapswitch.containers.cni;
