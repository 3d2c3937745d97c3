package dev.tapswitch.containers.cni;

import dev.tapswitch.control.json.Json;

/**
 * The response to the plugin script.
 *
 * @param status 200: success, the script prints the body. 202: the script runs the IPAM plugin that the body names and, for ADD, sends the
 *     request again with its result. 400: the script prints the body, which is an error
 */
record CniResponse(int status, Json body) {}
