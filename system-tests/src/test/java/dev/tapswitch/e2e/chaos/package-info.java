/** Random actions on containers, daemons and files, with invariants that are checked at intervals. The ordinary suite does not run them. */
package dev.tapswitch.e2e.chaos;
