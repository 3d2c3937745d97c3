/** HTTP over unix sockets: what the control API and Docker's plugin protocol share. It does not know the meaning of requests and answers. */
package dev.tapswitch.control.http;
