/*
 * Sends ARP requests for a neighbour's address from a host without a cache entry, and measures the time to each reply.
 *
 *   arp port=NS/DEV sender=02:00:00:00:00:01 from=198.18.0.2 to=198.18.0.3 [rate=500] [seconds=1]
 *
 * A request counts as lost if no reply arrives within 200 ms.
 */
#include "common.h"
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <poll.h>

#define LENGTH 60
#define TARGET_IP 38
#define SENDER_IP 28

static void put_request(uint8_t *frame, const char *mac, const char *from, const char *to) {
    static const uint8_t header[] = {0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1}; /* RFC 826: Ethernet, IPv4, request */
    memset(frame, 0xff, 6);
    if (sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", frame + 6, frame + 7, frame + 8, frame + 9, frame + 10, frame + 11) != 6) die("MAC %s", mac);
    memcpy(frame + 12, header, sizeof header);
    memcpy(frame + 22, frame + 6, 6);
    if (inet_pton(AF_INET, from, frame + SENDER_IP) != 1 || inet_pton(AF_INET, to, frame + TARGET_IP) != 1) die("address");
}

/* Waits for a reply of the target until `end` at most. Returns the time of its arrival, or 0. */
static int64_t answer(int fd, const uint8_t *request, int64_t end) {
    for (int64_t now; (now = now_ns()) < end;) {
        struct pollfd polled = {fd, POLLIN, 0};
        if (poll(&polled, 1, (end - now) / 1000000 + 1) <= 0) continue;
        uint8_t frame[128];
        if (recv(fd, frame, sizeof frame, 0) < 42 || frame[21] != 2 || memcmp(frame + SENDER_IP, request + TARGET_IP, 4)) continue;
        return now_ns();
    }
    return 0;
}

int main(int count, char **arguments) {
    struct port port;
    uint8_t request[LENGTH] = {0};
    if (parse_ports(argument(count, arguments, "port", NULL), &port) != 1) die("one port");
    put_request(request, argument(count, arguments, "sender", NULL), argument(count, arguments, "from", NULL), argument(count, arguments, "to", NULL));
    enter(port.namespace);
    struct sockaddr_ll local = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP), .sll_ifindex = if_nametoindex(port.device)};
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (fd < 0 || !local.sll_ifindex || bind(fd, (void *)&local, sizeof local)) die("%s", port.device);
    int64_t interval = 1e9 / number(count, arguments, "rate", "500"), start = now_ns(), end = start + number(count, arguments, "seconds", "1") * 1e9;
    struct samples latencies = {0};
    long lost = 0;
    for (int64_t next = start; next < end; next += interval) {
        int64_t wait = next - now_ns();
        if (wait > 0) nanosleep(&(struct timespec){0, wait}, NULL);
        else next = now_ns();
        int64_t sent = now_ns();
        if (send(fd, request, sizeof request, 0) < 0) die("send");
        int64_t came = answer(fd, request, sent + 200000000);
        if (came) add_sample(&latencies, came - sent);
        else lost++;
    }
    printf("{\"lost\":%ld,\"seconds\":%.6f,", lost, (now_ns() - start) / 1e9);
    print_latencies(&latencies);
    printf("}\n");
    return 0;
}
