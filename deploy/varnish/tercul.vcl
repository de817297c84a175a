vcl 4.1;

# Varnish 7 in front of Tercul's readers, with the module xkey. site.vcl.in has what differs from place to place and is what
# varnishd is given; docs/operations/edge.md says how to run it.
#
#   - An answer is kept for as long as Surrogate-Control says, five minutes at most, and goes when one of its keys is purged.
#   - What has expired is given only while no reader can answer, and what was purged never (unless it was purged softly).
#   - X-Tercul-Min-Seq passes by: whoever presents a ticket must not get what is older.
#   - varnishd has to run with http_gzip_support=off: the reader's own br, zstd and gzip are kept, and its ETags stay strong.

import std;
import xkey;

sub vcl_recv {
    call tercul_backend;

    if (req.method == "PURGE") {
        call tercul_purge;
    }
    # Nothing of the reader depends on who asks, nor under which name.
    unset req.http.Cookie;
    unset req.http.Authorization;
    unset req.http.Proxy;
    if (req.restarts == 0) {
        unset req.http.X-Tercul-Edge;
    }
    if (req.url ~ "^/(metrics|version)([/?]|$)") {
        return (synth(404));
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    if (req.url !~ "^/graphql([/?]|$)" || req.http.X-Tercul-Min-Seq) {
        return (pass);
    }
    call tercul_encoding;
    call tercul_media;

    # What has expired is for when no reader can answer. Round by round: it is found (vcl_hit), a reader is asked for a new
    # one, and where that fails it is given after all (vcl_synth).
    set req.grace = 1d;
    if (req.http.X-Tercul-Edge == "expired") {
        set req.grace = 0s;
    }
    return (hash);
}

sub vcl_hit {
    if (obj.ttl <= 0s && !req.http.X-Tercul-Edge && std.healthy(req.backend_hint)) {
        set req.http.X-Tercul-Edge = "expired";
        return (restart);
    }
    return (deliver);
}

# The answer depends on Accept-Encoding by these four values alone, so that a thousand spellings share four variants.
sub tercul_encoding {
    if (req.http.Accept-Encoding ~ "(?i)(\*|identity)\s*;\s*q=0(\.0*)?\s*(,|$)") {
        # Not even plain bytes are welcome: the reader knows what to say.
        return (pass);
    }
    # Codings that are refused are no choice; of the others the best is taken, as the reader would.
    set req.http.X-Tercul-Coding = regsuball(req.http.Accept-Encoding, "(?i)[a-z*-]+\s*;\s*q=0(\.0*)?\s*(?=,|$)", "");
    unset req.http.Accept-Encoding;
    if (req.http.X-Tercul-Coding ~ "(?i)(^|[,\s])(br|\*)\s*(;|,|$)") {
        set req.http.Accept-Encoding = "br";
    } elsif (req.http.X-Tercul-Coding ~ "(?i)(^|[,\s])zstd\s*(;|,|$)") {
        set req.http.Accept-Encoding = "zstd";
    } elsif (req.http.X-Tercul-Coding ~ "(?i)(^|[,\s])(x-)?gzip\s*(;|,|$)") {
        set req.http.Accept-Encoding = "gzip";
    }
    unset req.http.X-Tercul-Coding;
}

# The answer is of one of two types. Common ways to ask are brought to one spelling each; the rest the reader judges.
sub tercul_media {
    if (!req.http.Accept || req.http.Accept ~ "(?i)^\s*(\*/\*|application/(json|\*))(\s*;\s*charset=utf-8)?\s*$") {
        set req.http.Accept = "application/json";
    } elsif (req.http.Accept ~ "(?i)^\s*application/graphql-response\+json(\s*;\s*charset=utf-8)?\s*(,\s*(application/json|\*/\*)(\s*;\s*charset=utf-8)?(\s*;\s*q=0\.[0-9]+)?\s*)*$") {
        set req.http.Accept = "application/graphql-response+json";
    } elsif (req.http.Accept !~ "application/graphql-response\+json" && req.http.Accept ~ "\*/\*" && req.http.Accept !~ "q=0(\.0*)?\s*(,|$)") {
        # A browser's page: it takes anything, and has no opinion on ours.
        set req.http.Accept = "application/json";
    }
    if (req.http.Accept != "application/json" && req.http.Accept != "application/graphql-response+json") {
        return (pass);
    }
}

sub tercul_purge {
    if (client.ip !~ purgers || std.getenv("TERCUL_PURGE_KEY") == "" ||
        req.http.Authorization != "Bearer " + std.getenv("TERCUL_PURGE_KEY")) {
        return (synth(403));
    }
    if (!req.http.X-Tercul-Keys) {
        return (synth(400));
    }
    if (req.http.X-Tercul-Purge == "soft") {
        set req.http.X-Tercul-Count = xkey.softpurge(req.http.X-Tercul-Keys);
    } else {
        set req.http.X-Tercul-Count = xkey.purge(req.http.X-Tercul-Keys);
    }
    return (synth(200, "Purged"));
}

sub vcl_hash {
    # The path alone: the reader answers every name alike.
    hash_data(req.url);
    return (lookup);
}

sub vcl_miss {
    if (req.http.X-Tercul-Edge == "failed") {
        # A reader was asked just now and could not answer, and what had expired was purged meanwhile.
        return (synth(503));
    }
    return (fetch);
}

sub vcl_backend_response {
    if (beresp.status >= 500) {
        if (bereq.is_bgfetch || bereq.http.X-Tercul-Edge) {
            # Anything that is delivered would take the place of what has expired.
            return (abandon);
        }
        set beresp.uncacheable = true;
        set beresp.ttl = 0s;
        set beresp.grace = 0s;
        set beresp.keep = 0s;
        return (deliver);
    }
    if (bereq.uncacheable) {
        return (deliver);
    }
    if (beresp.http.Surrogate-Control ~ "max-age=[0-9]+") {
        set beresp.ttl = std.duration(regsub(beresp.http.Surrogate-Control, "^.*max-age=([0-9]+).*$", "\1s"), 0s);
    }
    if (beresp.status != 200 || beresp.http.Cache-Control ~ "(?i)no-store|private" ||
        beresp.http.Surrogate-Control ~ "no-store" || beresp.ttl <= 0s || beresp.http.Surrogate-Key !~ "[^ ]") {
        # What no purge can find is not kept. Those who ask the same in the next seconds do not wait for each other.
        set beresp.uncacheable = true;
        set beresp.ttl = 5s;
        set beresp.grace = 0s;
        return (deliver);
    }
    # Five minutes bound what a lost purge could do, and are up to a tenth shorter, so that not all ends at once.
    if (beresp.ttl > 5m) {
        set beresp.ttl = 5m;
    }
    set beresp.ttl = beresp.ttl * std.random(0.9, 1.0);
    set beresp.grace = 0s;
    if (beresp.http.Surrogate-Control ~ "stale-if-error=[0-9]+") {
        set beresp.grace = std.duration(regsub(beresp.http.Surrogate-Control, "^.*stale-if-error=([0-9]+).*$", "\1s"), 0s);
        if (beresp.grace > 1d) {
            set beresp.grace = 1d;
        }
    }
    set beresp.http.xkey = beresp.http.Surrogate-Key;
    unset beresp.http.Surrogate-Key;
    unset beresp.http.Cache-Tag;
    return (deliver);
}

sub vcl_backend_error {
    if (bereq.is_bgfetch || bereq.http.X-Tercul-Edge) {
        return (abandon);
    }
    set beresp.ttl = 0s;
    set beresp.grace = 0s;
    set beresp.http.Content-Type = "application/json; charset=utf-8";
    set beresp.http.Cache-Control = "no-store";
    set beresp.http.Retry-After = "5";
    synthetic("""{"errors":[{"message":"The library cannot be reached just now; try again.","extensions":{"code":"UNAVAILABLE","retryable":true}}]}""");
    return (deliver);
}

sub vcl_deliver {
    call tercul_status;
    # For caches, not for clients. Where another CDN stands before this one, leave these four out.
    unset resp.http.xkey;
    unset resp.http.Surrogate-Control;
    unset resp.http.Surrogate-Key;
    unset resp.http.CDN-Cache-Control;
    unset resp.http.Cache-Tag;
    unset resp.http.Via;
    unset resp.http.X-Varnish;
    if (obj.hits > 0) {
        # It is that of whoever asked first, who may have chosen it.
        unset resp.http.X-Request-Id;
    }
    return (deliver);
}

# The caches nearer to the database come first (RFC 9211).
sub tercul_status {
    if (obj.uncacheable) {
        set resp.http.X-Tercul-Status = "edge; fwd=bypass";
    } elsif (obj.hits == 0) {
        set resp.http.X-Tercul-Status = "edge; fwd=uri-miss; stored";
    } elsif (obj.ttl < 0s) {
        set resp.http.X-Tercul-Status = "edge; hit; ttl=" + regsub(obj.ttl, "\..*$", "") + "; detail=stale-if-error";
        # It must not begin a new life behind us.
        set resp.http.Cache-Control = "no-store";
    } else {
        set resp.http.X-Tercul-Status = "edge; hit; ttl=" + regsub(obj.ttl, "\..*$", "");
    }
    if (resp.http.Cache-Status) {
        set resp.http.Cache-Status = resp.http.Cache-Status + ", " + resp.http.X-Tercul-Status;
    } else {
        set resp.http.Cache-Status = resp.http.X-Tercul-Status;
    }
    unset resp.http.X-Tercul-Status;
}

sub vcl_synth {
    if (resp.status == 503 && req.http.X-Tercul-Edge == "expired") {
        set req.http.X-Tercul-Edge = "failed";
        return (restart);
    }
    set resp.http.Content-Type = "application/json; charset=utf-8";
    set resp.http.Cache-Control = "no-store";
    unset resp.http.Via;
    unset resp.http.X-Varnish;
    if (req.method == "PURGE" && resp.status == 200) {
        synthetic("""{"purged":""" + req.http.X-Tercul-Count + "}");
    } elsif (req.method == "PURGE") {
        synthetic("""{"error":"not purged"}""");
    } elsif (resp.status == 503) {
        set resp.http.Retry-After = "5";
        synthetic("""{"errors":[{"message":"The library cannot be reached just now; try again.","extensions":{"code":"UNAVAILABLE","retryable":true}}]}""");
    } else {
        synthetic("""{"errors":[{"message":"There is nothing at this path.","extensions":{"code":"BAD_REQUEST","retryable":false}}]}""");
    }
    return (deliver);
}
