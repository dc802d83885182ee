//! Names of secrets, of tests and of code, states and dates stay behind a secret's name; what is made by chance does not.

use super::check;

#[test]
fn names_and_states_stay() {
    for text in [
        "docker service create --secret source=ghost_db_password_v1,target=db_password x",
        "docker service create --secret ghost_smtp_v12 x",
        "docker build --secret id=ghost_npmrc1,src=npmrc .",
        "secret: ghost_smtp_password_v2",
        "  secret: ghost_smtp_config_v2\n",
        "\"secret\": \"docker_secret_ghost_v2\"",
        "\"secret\": \"ghost_db_password\"",
        "DB_PASSWORD=ghost_db_password_v1",
        "password: ghost-db-password-v3",
        "test_password: TestAdminLogin2Fails",
        "test_password: test_login_2_fails",
        "Rename `old_password` => `new_password_field` everywhere",
        "`From/ToEcPrivateKey` => `DecodeEcPrivateKey`",
        "`private_key` => `pkcs8::PrivateKeyInfo`",
        "password: unchanged-since-v1.4.0",
        "**Password:** `unchanged-since-v1.4.0`",
        "token: expired2026-06-13",
        "token: expired-2026-06-13T05:38:00Z",
        "API_TOKEN=rotated-2026-06-13",
        "password: 2026-06-13",
        "    let pass = rpassword::prompt_password(\"Your password: \").unwrap();",
        "    let pass = read_password_from_tty(Some(\"Password: \")).unwrap();",
        "input(f\"Password: \")or'nothing'",
        "print(\"password: \"+hidden)",
        "ok 12 - pass: check7Login3",
        "not ok 3 - pass: k3Jx91bbQz77mnop",
        "pass: check7Login3",
        "Pass: check7Login3.",
        "pass: TestUser2Loads4LoginAdmin2Files",
        "- Pass: `check7Login3`",
        "pass: 1f0c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f",
        "Pass: 1F0C2D3E-4B5A-4C6D-8E7F-0A1B2C3D4E5F",
    ] {
        check(text, text);
    }
}

#[test]
fn what_is_no_name_goes() {
    for text in [
        "secret: SECRET",
        "--secret SECRET",
        "Pass: SECRET",
        "pass: SECRET, user: bot",
        "print(\"x\", password: \"SECRET\")",
        "login(user: \"bot\", password: \"SECRET\")",
        "`password` => `SECRET`",
        "DB_PASSWORD=SECRET",
    ] {
        for secret in ["k3Jx91bbQz77mnop", "hG7pq9Zt2v1x-Qw4"] {
            check(&text.replace("SECRET", secret), &text.replace("SECRET", marker(text)));
        }
    }
    for text in ["DB_PASSWORD=SECRET", "password: SECRET", "\"password\": \"SECRET\""] {
        for secret in [
            "super_secret_password",
            "expired2026",
            "ghost_v1_2",
            "summer-2026-06-13",
            "12345678",
            "correct_horse_v2",
            "TestAdmin1",
        ] {
            if text.starts_with("password") && !secret.bytes().any(|byte| byte.is_ascii_digit()) {
                continue;
            }
            check(&text.replace("SECRET", secret), &text.replace("SECRET", marker(text)));
        }
    }
}

fn marker(text: &str) -> &'static str {
    if text.starts_with("--") { "[redacted:argument:1]" } else { "[redacted:assignment:1]" }
}
