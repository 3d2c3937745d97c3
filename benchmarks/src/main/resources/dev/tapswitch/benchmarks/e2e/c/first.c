/*
 * The first packet between two hosts that never talked: a UDP request and its response, with the address resolution before. The server is that of
 * requests.c. Before each request both hosts get a new MAC and a new IPv4 address, which nobody has seen, and the kernel forgets all neighbours.
 *
 *   first client=NS/DEV server=NS/DEV port=N [seconds=1] [interval=5000]
 *
 * interval=US is the pause before each request. A lost request is repeated, and counts with the whole time.
 */
#include "common.h"
#include <arpa/inet.h>
#include <net/if_arp.h>
#include <netinet/in.h>

#define MESSAGE 64
#define REPEAT_MS 200
/* 198.19.0.0/16, the half of the benchmarks' network that hosts have no addresses in. */
#define FIRST_ADDRESS 0xc6130000
#define NETMASK 0xfffe0000
#define MAX_HOSTS 65000

static struct sockaddr_in at(uint32_t address, int port) {
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address)};
}

static void set(struct port *port, int request, const void *value, size_t size) {
    struct ifreq change = {0};
    strcpy(change.ifr_name, port->device);
    memcpy(&change.ifr_addr, value, size);
    if (ioctl(port->fd, request, &change)) die("%s/%s", port->namespace, port->device);
}

/* Makes the interface that of host n. */
static void become(struct port *port, uint32_t n) {
    struct sockaddr mac = {.sa_family = ARPHRD_ETHER};
    uint8_t bytes[6] = {6, 1, n >> 24, n >> 16, n >> 8, n};
    memcpy(mac.sa_data, bytes, sizeof bytes);
    set(port, SIOCSIFHWADDR, &mac, sizeof mac);
    struct sockaddr_in address = at(FIRST_ADDRESS + n, 0), netmask = at(NETMASK, 0);
    set(port, SIOCSIFADDR, &address, sizeof address);
    set(port, SIOCSIFNETMASK, &netmask, sizeof netmask);
}

/* Asks until a response arrives. Returns the time since the first request. */
static int64_t ask(uint32_t server, int port) {
    char message[MESSAGE] = "request";
    struct sockaddr_in remote = at(server, port);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct timeval limit = {0, REPEAT_MS * 1000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(fd, (void *)&remote, sizeof remote)) die("connect");
    int64_t start = now_ns();
    for (int attempt = 0;; attempt++) {
        errno = 0;
        if (attempt == 50) die("no response");
        send(fd, message, sizeof message, 0);
        if (recv(fd, message, sizeof message, 0) > 0) break;
    }
    int64_t taken = now_ns() - start;
    close(fd);
    return taken;
}

int main(int count, char **arguments) {
    struct port client, server;
    parse_ports(argument(count, arguments, "client", NULL), &client);
    parse_ports(argument(count, arguments, "server", NULL), &server);
    enter(server.namespace);
    server.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    enter(client.namespace);
    client.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int port = number(count, arguments, "port", NULL), interval = number(count, arguments, "interval", "5000");
    struct samples latencies = {0};
    int64_t end = now_ns() + (int64_t)(number(count, arguments, "seconds", "1") * 1e9);
    for (uint32_t n = 1; n < MAX_HOSTS && now_ns() < end; n += 2) {
        become(&client, n);
        become(&server, n + 1);
        nanosleep(&(struct timespec){interval / 1000000, interval % 1000000 * 1000L}, NULL);
        add_sample(&latencies, ask(FIRST_ADDRESS + n + 1, port));
    }
    printf("{");
    print_latencies(&latencies);
    printf("}\n");
    return 0;
}
