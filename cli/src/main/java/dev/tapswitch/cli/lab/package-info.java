/** Labs: namespaces, addresses and switches from one file, each lab with a daemon of its own. Frames must never enter. */
package dev.tapswitch.cli.lab;
