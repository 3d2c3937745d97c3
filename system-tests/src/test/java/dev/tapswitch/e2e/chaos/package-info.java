/** Random actions on containers, daemons and files, with invariants that are checked at intervals. Not a part of the ordinary suite. */
package dev.tapswitch.e2e.chaos;
