package dev.tapswitch.containers.cni;

import dev.tapswitch.control.json.Json;

/**
 * What the launcher gets.
 *
 * @param status 200 done, print the body; 202 run the IPAM plugin that the body names and, for ADD, ask again with its result; 400 print
 *     the body, an error
 */
public record CniResponse(int status, Json body) {}
