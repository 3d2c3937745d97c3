/** Network namespaces (namespaces(7)): the names that users give them, their identity, and running tasks inside them. */
package dev.tapswitch.linux.netns;
