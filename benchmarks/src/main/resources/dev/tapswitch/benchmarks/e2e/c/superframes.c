/*
 * Sets the largest super-frames of TCP over IPv4 that the interfaces of namespaces may send and receive: BIG TCP, since Linux 6.3. ip(8) of older
 * distributions can't. IPv6 keeps 64 KiB: see docs/decisions/0016-big-tcp.md. Interfaces that can't carry so much, such as TAPs, keep what they have; if all do, this fails. lo is left alone.
 *
 *   superframes size=BYTES namespaces=NS,NS,...
 */
#include "common.h"
#include <linux/rtnetlink.h>

/* linux/if_link.h of Linux 6.3 */
enum { GSO_IPV4_MAX_SIZE = 63, GRO_IPV4_MAX_SIZE = 64 };

struct request {
    struct nlmsghdr header;
    struct ifinfomsg link;
    struct { struct rtattr attribute; uint32_t value; } sizes[2];
};

/* Returns 0 or a negative errno. */
static int set(int netlink, int index, uint32_t size) {
    static const int types[] = {GSO_IPV4_MAX_SIZE, GRO_IPV4_MAX_SIZE};
    struct request request = {
        .header = {.nlmsg_len = sizeof request, .nlmsg_type = RTM_NEWLINK, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
        .link = {.ifi_index = index},
    };
    for (int i = 0; i < 2; i++) {
        request.sizes[i].attribute = (struct rtattr){RTA_LENGTH(sizeof size), types[i]};
        request.sizes[i].value = size;
    }
    struct { struct nlmsghdr header; struct nlmsgerr error; char rest[512]; } answer;
    if (send(netlink, &request, sizeof request, 0) < 0 || recv(netlink, &answer, sizeof answer, 0) < 0) die("rtnetlink");
    return answer.error.error;
}

int main(int count, char **arguments) {
    uint32_t size = number(count, arguments, "size", NULL);
    char *rest = strdup(argument(count, arguments, "namespaces", NULL)), *namespace;
    int changed = 0;
    while ((namespace = strsep(&rest, ","))) {
        enter(namespace);
        int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        struct if_nameindex *links = if_nameindex();
        for (struct if_nameindex *link = links; link->if_index; link++) {
            if (!strcmp(link->if_name, "lo")) continue;
            int error = set(netlink, link->if_index, size);
            changed += !error;
            errno = -error;
            if (error && error != -EINVAL) die("%s/%s", namespace, link->if_name);
        }
        if_freenameindex(links);
        close(netlink);
    }
    errno = EINVAL;
    if (!changed) die("no interface can carry %u bytes", size);
    printf("{\"changed\":%d}\n", changed);
    return 0;
}
