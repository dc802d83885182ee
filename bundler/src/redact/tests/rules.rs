//! One case for every rule, and what only looks like a secret.

use super::{check, halves};

#[test]
fn every_rule_finds_its_own() {
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    for (secret, rule) in [
        (halves("glpat-", &letters[..20]), "gitlab-token"),
        (halves("GOCSPX-", &letters[..28]), "google-key"),
        (halves("xapp-", "1-A012BCDEF-abcdef"), "slack-token"),
        (halves("dckr_pat_", &letters[..27]), "docker-token"),
        (halves("rk_live_", &letters[..24]), "stripe-key"),
        (halves("SG.", &format!("{}.{}", &letters[..22], &letters[..43])), "sendgrid-key"),
        (halves("SK", &hex[..32]), "twilio-key"),
        (halves("123456789:AA", &letters[..33]), "telegram-token"),
        (halves("dop_v1_", hex), "hoster-token"),
        (halves("sk-ant-", &letters[..40]), "model-token"),
        (halves("hvs.", &letters[..30]), "vault-token"),
        (halves("AGE-SECRET-KEY-1", &letters[26..].to_uppercase().repeat(2)), "age-key"),
        (halves("pypi-AgE", &letters[..55]), "pypi-token"),
        (halves("$2y$10$", &letters[..53]), "password-hash"),
        (halves("$apr1$abcdefgh$", &letters[..22]), "password-hash"),
        (halves("b3BlbnNzaC1rZXktdjEAAAAA", &letters.repeat(3)), "private-key"),
        (halves("eyJhdXRocyI6eyJ", &letters[..40]), "docker-token"),
    ] {
        check(&format!("a {secret} b"), &format!("a [redacted:{rule}:1] b"));
        check(&format!(r#"{{"out":"x\n{secret}\n"}}"#), &format!(r#"{{"out":"x\n[redacted:{rule}:1]\n"}}"#));
        check(&format!("\u{1b}[32m{secret}\u{1b}[0m"), &format!("\u{1b}[32m[redacted:{rule}:1]\u{1b}[0m"));
    }
}

#[test]
fn secrets_told_by_what_is_around_them() {
    let hex = "0123456789abcdef0123456789abcdef01234567";
    for (text, marked) in [
        (
            r#"{"sha1":"HEX","token_last_eight":"01234567"}"#,
            r#"{"sha1":"[redacted:gitea-token:1]","token_last_eight":"01234567"}"#,
        ),
        (
            r#""auths":{"r.example.org":{"auth":"dXNlcjpwYXNzd29yZA=="}}"#,
            r#""auths":{"r.example.org":{"auth":"[redacted:docker-auth:1]"}}"#,
        ),
        (
            "https://x.example/c?sv=2024&sig=abcdefghij%2Bklmnopqrst%3D",
            "https://x.example/c?sv=2024&sig=[redacted:azure-key:1]",
        ),
        (
            "AccountName=a;AccountKey=abcdefghijklmnopqrstuvwx==;E=1",
            "AccountName=a;AccountKey=[redacted:azure-key:1];E=1",
        ),
        (
            "https://discord.com/api/webhooks/123456/HEXHEX",
            "https://discord.com/api/webhooks/123456/[redacted:discord-hook:1]",
        ),
        (
            "Set-Cookie: i_like_gitea=0123456789abcdef; Path=/; HttpOnly",
            "Set-Cookie: i_like_gitea=[redacted:cookie:1]; Path=/; HttpOnly",
        ),
        (
            r#""Cookie": "a=abcdefgh1; b=abcdefgh2""#,
            r#""Cookie": "a=[redacted:cookie:1]; b=[redacted:cookie:2]""#,
        ),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [redacted:authorization:1]"),
        ("user:s3cr3tpw@tcp(db:3306)/x", "user:[redacted:url-password:1]@tcp(db:3306)/x"),
        (
            "https%3A%2F%2Fbot%3As3cr3tpw%40git.example%2Fa",
            "https%3A%2F%2Fbot%3A[redacted:url-password:1]%40git.example%2Fa",
        ),
        (r"https:\/\/bot:s3cr3tpw@git.example\/a", r"https:\/\/bot:[redacted:url-password:1]@git.example\/a"),
        ("postgres://u:p@ss:w@db/x", "postgres://u:[redacted:url-password:1]@db/x"),
        ("curl -fsS -u bot:abcd1234 https://x", "curl -fsS -u bot:[redacted:argument:1] https://x"),
        (
            "docker login -u bot -p abcd1234 r.example",
            "docker login -u bot -p [redacted:argument:1] r.example",
        ),
        (
            "machine x.example login bot password abcd1234",
            "machine x.example login bot password [redacted:argument:1]",
        ),
        ("tool --token abcdefgh1234 --x", "tool --token [redacted:argument:1] --x"),
        ("tool --password=abcdefgh1234", "tool --password=[redacted:assignment:1]"),
    ] {
        check(&text.replace("HEX", hex), marked);
    }
}

#[test]
fn assignments_in_every_notation() {
    for text in [
        "aws_secret_access_key = VALUE",
        "SMTP_PASS=VALUE",
        "PGPASSWORD=VALUE psql",
        "password: VALUE",
        "  token: VALUE",
        "db_password = \"VALUE\"",
        "token = \"VALUE\"",
        "'password' => 'VALUE',",
        "config[\"password\"] = \"VALUE\"",
        r#"{"name":"DB_PASSWORD","value":"VALUE"}"#,
        r#"<property name="db.password" value="VALUE"/>"#,
        "<password>VALUE</password>",
        "&quot;password&quot;: &quot;VALUE&quot;",
        "redirect=%26access_token%3DVALUE%26x",
        r#"{"out":"{\"api_key\": \"VALUE\"}\n"}"#,
        r#"{"out":"{\"body\": \"{\\\"api_key\\\": \\\"VALUE\\\"}\"}"}"#,
        r#""data":"[{\"name\":\"API_TOKEN\",\"value\":\"VALUE\"}]""#,
        "Server=db;User=sa;Password=VALUE;X=1",
        "password\u{1b}[0m=VALUE",
        "X-Api-Key: VALUE",
        "clientSecret: 'VALUE'",
    ] {
        let marked =
            if text.starts_with("X-") { "[redacted:authorization:1]" } else { "[redacted:assignment:1]" };
        check(&text.replace("VALUE", "k3Jx91bbQz77mnop"), &text.replace("VALUE", marked));
    }
}

#[test]
fn what_only_looks_like_a_secret_stays() {
    for text in [
        r#"password: """#,
        r#""password": null, "token": true"#,
        r#""token_type": "bearer_of_all""#,
        r#""token_url": "https://x.example/login/oauth""#,
        "password_file: /srv/secrets/password",
        "SECRET_DB_PASSWORD_VERSION=v1",
        "- token: rotated yesterday, see below",
        "The token: whatever stands here is prose.",
        "secret = generate_password(length)",
        "password = settings.database_password",
        "if password == expected_password:",
        "DB_PASSWORD={{ vault_password }}",
        "DB_PASSWORD=<your password>",
        "password: ••••••••",
        "PASS: tests.generic.test_install",
        "test_token=passed",
        r#""password": "Enter your new password""#,
        "commit d88f5801f13b379845c4fef587dd47cfb13e3ca7",
        r#"{"sha":"d88f5801f13b379845c4fef587dd47cfb13e3ca7","sha1":"d88f5801f13b379845c4fef587dd47cfb13e3ca7"}"#,
        "image: ghost:6.1@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "a disk-0123456789 and a task-abcdefghijklmnopqrstuvwxyz0123456789abcdefghij",
        "https://git.example.org/a/b/compare/main...bot:feature@v2",
        "ssh://git@git.example.org:2222/a.git",
        "https://user:${TOKEN}@git.example.org/a.git",
        "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ2ZtY2VydGlmaWNhdGUwCgYIKoZIzj0EAwIw\n-----END CERTIFICATE-----",
        "authorization: handled by the proxy",
        "the session=started event, cookie: none",
        "6.1.0:AArch64 build of 12345678",
    ] {
        check(text, text);
    }
}

#[test]
fn passwords_in_the_words_of_a_document() {
    for text in [
        "**Password:** VALUE",
        "**Password**: VALUE",
        "- **Admin password:** `VALUE`",
        "*Passphrase*: \"VALUE\"",
        "**Token:** VALUE, made today",
        "| password | VALUE |",
        "|password|VALUE|",
        "| `GITEA_TOKEN` | `VALUE` |",
        "| **Password** | VALUE | bot |",
        "| Admin password | VALUE |",
        "x\n| bot | y |\n| DB_PW | VALUE |\n",
        "The password is VALUE.",
        "the admin password is now `VALUE`, do not tell",
        "DB password was set to VALUE",
        "das Passwort ist VALUE",
        "Password for bot: VALUE",
        "Token for bot@git.example.org: VALUE",
        "pass: VALUE",
        "pass=VALUE",
        "user=bot pass=VALUE end",
        "\"pass\": \"VALUE\"",
        "smtp.pass = VALUE",
        "smtpPass: 'VALUE'",
        "pw: VALUE",
        "pw=VALUE",
        "pw = \"VALUE\"",
        "SMTP_PW=VALUE",
        "export ADMIN_PW='VALUE'",
        "?user=bot&pw=VALUE&x=1",
        "{\"adminPw\":\"VALUE\"}",
        "PASSWORD=\rVALUE",
        "a: 1\npassword: |\n  VALUE\nb: 2",
        "a:\n  db_password: >-\n    VALUE\n  b: 2",
        "token: |\n  VALUE",
    ] {
        check(&text.replace("VALUE", "k3Jx91bbQz77mnop"), &text.replace("VALUE", "[redacted:assignment:1]"));
    }
    let hex = "d88f5801f13b379845c4fef587dd47cfb13e3ca7";
    for text in ["| GITEA_TOKEN | VALUE |", "**Token:** VALUE", "the token is VALUE"] {
        check(&text.replace("VALUE", hex), &text.replace("VALUE", "[redacted:assignment:1]"));
    }
    for pair in ["dXNlcjpwYXNzd29yZDE=", "Ym90OmszSng5MWJiUXo3Nw"] {
        check(&format!("sent Basic {pair} then"), "sent Basic [redacted:authorization:1] then");
    }
}

#[test]
fn passphrases() {
    for text in [
        "password: \"VALUE\"",
        "password = 'VALUE'",
        "\"passphrase\": \"VALUE\"",
        "password = VALUE",
        "DB_PASSWORD=VALUE\nX=1",
        "  db_password: VALUE\n  x: 1",
        "password: |\n  VALUE\n",
        r#"{"out":"password=VALUE\n"}"#,
    ] {
        for phrase in ["correct horse battery staple", "Umbra Kestrel Vine Dune Ember"] {
            check(&text.replace("VALUE", phrase), &text.replace("VALUE", "[redacted:assignment:1]"));
        }
    }
    check("password: \"correct horse battery\"", "password: \"[redacted:assignment:1]\"");
}

#[test]
fn what_documents_say_of_passwords_stays() {
    for text in [
        "the password is wrong",
        "The password is required.",
        "password is set to the value from the vault",
        "the token is d88f58, the password is 12 characters long",
        "**Password:** rotated yesterday",
        "**Password:** see the vault",
        "**Token:** none, **Password**: unchanged",
        "| password | required |",
        "| password | username | role |",
        "| wrong password | refused | M7 |",
        "| test_wrong_password_2 | passed |",
        "| token | 2026-06-13T05:38:00Z |",
        "| db_password | e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 |",
        "| password | `tests/generic/test_install.py::test_v2` |",
        "| password | --- |\n|---|---|",
        "| pass | d88f5801f13b379845c4fef587dd47cfb13e3ca7 |",
        "| M7 | pass | ghost-6.1.0-alpine3.19 |",
        "Password for bot: rotated by hand, see below",
        "Password for run 612: d88f5801f13b379845c4fef587dd47cfb13e3ca7",
        "Token for CI: https://ci.example.org/account/token2a9b4c",
        "PASS: test_s3_upload_v2",
        "PASS: tests.generic.test_e2e_v2",
        "PASS: addr2line -f option",
        "PASS: binutils-all/x86-64/pr21231a",
        "pass: gas/elf/common3a and k8s2v1x",
        "PASS: a1b2c3d4e5f6g7",
        "\u{1}\u{fffd}pw=\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}",
        "**Password:** bot1@localhost",
        "Pass *ResultPass = Resolver->get()",
        "my @pw = getpwnam($user)",
        "application/x-pw:x-office-document",
        "pass: d88f5801f13b379845c4fef587dd47cfb13e3ca7",
        "pass=12345678 fail=0",
        "pass=true, fail=false",
        "pass: ghost-6.1.0 in 3m12.345s",
        "pass: 2026-06-13T05:38:00Z",
        "bypass: k3Jx91bbQz77mnop",
        "compass=k3Jx91bbQz77mnop",
        "\"pass\": \"all checks of milestone 7\"",
        "M7 PASS: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "pw = pwgen.generate(20)",
        "pw: see below",
        "the pw: k3jx is short",
        "HTTP Basic authentication is refused",
        "Basic YXV0aGVudGljYXRpb24",
        "basic understanding of deployments",
        "PASSWORD=\r\nRECIPE=ghost-of-ghosts",
        "PASSWORD=\n",
        "password: \"must have twelve characters\"",
        "\"password\": \"Enter your new password\"",
        "\"password\": \"This field is required.\"",
        "password: \"does not match\"",
        "password: rotated yesterday by hand",
        "password: nobody knows where this comes from",
        "- password: umbra kestrel vine dune, said the log",
        "password = generated by pwgen, twenty letters",
        "DB_PASSWORD= make install deploy server",
        "password: |\nx: 1",
        "password: |\n  see the vault, under ghost\n",
        "description: |\n  the password\n  k3Jx91bbQz77mnop\n",
    ] {
        check(text, text);
    }
}

#[test]
fn keys_in_other_wrappings() {
    let key = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW";
    let pem = |label: &str| {
        halves(
            &format!("-----BEGIN {label} PRI"),
            &format!("VATE KEY-----\n{key}\nabcd\n-----END {label} PRIVATE KEY-----"),
        )
    };
    for label in ["OPENSSH", "EC", "ENCRYPTED"] {
        let clean = super::redacted(&pem(label));
        assert!(!clean.contains(key) && !clean.contains("abcd"), "{clean}");
        assert_eq!(clean.lines().count(), 4, "{clean}");
    }
    use base64::Engine as _;
    let wrapped = base64::engine::general_purpose::STANDARD.encode(pem("OPENSSH"));
    check(&format!("key.b64 {wrapped} end"), "key.b64 [redacted:private-key:1] end");
    let putty = format!("Private-Lines: 2\n{key}\nabcd==\nPrivate-MAC: 00");
    check(&putty, "Private-Lines: 2\n[redacted:private-key:1]\n[redacted:private-key:2]\nPrivate-MAC: 00");
}
