from pilotline.log import warn


def test_a_warning_is_pilotline_s_own(caplog):
    warn("%s of %s", 1, "two")
    assert caplog.record_tuples == [("pilotline", 30, "1 of two")]
