/** How the daemon speaks: lines for a terminal or for journald, and never more of them than a reader can bear. Nothing of a switch must enter. */
package dev.tapswitch.control.log;
