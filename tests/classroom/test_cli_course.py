"""`classroom course`, as a person types it."""

from pathlib import Path

from support.commands import classroom


def test_a_course_is_made_and_people_come_in_by_a_link_or_a_list(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert classroom(data, "user", "add", "ines").returncode == 0
    made = classroom(data, "course", "create", "Spring 2031", "--instructor", "ines", "--track", "foundations")
    assert made.returncode == 0, made.stderr
    assert "short name is spring-2031" in made.stdout

    link = classroom(data, "course", "invite", "spring-2031", "--role", "assistant", "--max-uses", "2")
    assert "/join/" in link.stdout.splitlines()[-1]

    people = tmp_path / "people.csv"
    people.write_text("name,email\nada,ada@example.org\nno name,\n", encoding="utf-8")
    refused = classroom(data, "course", "import", "spring-2031", str(people))
    assert refused.returncode == 2
    assert "Nothing was imported. Line 3" in refused.stderr
    people.write_text("name,email\nada,ada@example.org\n", encoding="utf-8")
    done = classroom(data, "course", "import", "spring-2031", str(people))
    assert done.returncode == 0, done.stderr
    name, email, address = done.stdout.splitlines()[-1].split("\t")
    assert (name, email) == ("ada", "ada@example.org")
    assert "/welcome?link=" in address

    assert "runs Spring 2031" in classroom(data, "course", "add-instructor", "spring-2031", "ada").stdout
    listed = classroom(data, "course", "list").stdout
    assert "spring-2031" in listed
    nobody = classroom(data, "course", "add-instructor", "spring-2031", "nobody")
    assert (nobody.returncode, nobody.stdout) == (2, "")
    assert "There is no account nobody" in nobody.stderr
