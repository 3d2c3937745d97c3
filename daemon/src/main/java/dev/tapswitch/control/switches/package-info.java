/**
 * The switches as they run: what is applied, what was added, what came back. All on one control thread. No frame and no HTTP must ever
 * enter.
 */
package dev.tapswitch.control.switches;
