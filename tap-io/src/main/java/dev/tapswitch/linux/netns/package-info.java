/** Network namespaces: how users name them, how threads enter them, how they are told apart (namespaces(7)). */
package dev.tapswitch.linux.netns;
