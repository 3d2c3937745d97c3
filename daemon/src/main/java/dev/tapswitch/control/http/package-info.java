/** HTTP over unix sockets: what the control API and Docker's plugin protocol share. What is asked and answered must never enter. */
package dev.tapswitch.control.http;
