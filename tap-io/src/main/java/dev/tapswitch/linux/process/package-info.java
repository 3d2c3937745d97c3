/** Runs commands of the host within limits. What the commands do, and who may wait for them, must never enter. */
package dev.tapswitch.linux.process;
