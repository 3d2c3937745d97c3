/** HTTP over unix sockets: the common part of the control API and of integrations' protocols. It does not know the meaning of requests and responses. */
package dev.tapswitch.control.http;
