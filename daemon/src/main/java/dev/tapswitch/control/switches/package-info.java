/**
 * The running switches: sources of configuration, changes and their rollback, life cycle of ports. Everything runs on the control thread. Handles neither
 * frames nor HTTP.
 */
package dev.tapswitch.control.switches;
