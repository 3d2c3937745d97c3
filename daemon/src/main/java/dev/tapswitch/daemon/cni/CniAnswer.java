package dev.tapswitch.daemon.cni;

import dev.tapswitch.daemon.json.Json;

/**
 * What the launcher gets.
 *
 * @param status 200 done, print the body; 202 run the IPAM plugin that the body names and, for ADD, ask again with its result; 400 print
 *     the body, an error
 */
public record CniAnswer(int status, Json body) {}
